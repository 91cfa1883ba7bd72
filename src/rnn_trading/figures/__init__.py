"""Figures in one style, by kind of data."""
