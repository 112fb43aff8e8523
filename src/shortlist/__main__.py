"""`python -m shortlist` is the command line."""

from shortlist.cli.main import app

if __name__ == "__main__":
    app()
