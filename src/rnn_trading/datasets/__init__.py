"""Kedro datasets: sources that have none, and files that are written whole or not at all."""
