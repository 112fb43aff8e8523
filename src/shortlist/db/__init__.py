"""Everything SQLAlchemy that is not a query: engines, the writer with group commit, dialects, migrations."""
