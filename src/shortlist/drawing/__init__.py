"""Charts as pictures, written by the server for places that run no script of ours: merge requests, wikis, mails."""
