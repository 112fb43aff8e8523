"""The package registry: packages, their files, and the bytes behind them."""
