"""From forecasts to what is left after costs: weights, holdings, costs, measures, and a verdict in words."""
