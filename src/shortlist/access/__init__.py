"""Who may do what: one table of actions, roles as sets of actions, and the scope that limits every query."""
