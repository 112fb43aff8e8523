"""The browser surface: pages with their first data inside, and the JSON API behind them."""
