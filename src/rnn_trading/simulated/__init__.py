"""Sources that are simulated, with luck alone or with a known signal in them."""
