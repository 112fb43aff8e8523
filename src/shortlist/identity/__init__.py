"""Who is calling: users, their tokens and their browser sessions."""
