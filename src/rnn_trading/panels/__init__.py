"""Many tickers: tables of return sequences, and the inputs that a network takes from them."""
