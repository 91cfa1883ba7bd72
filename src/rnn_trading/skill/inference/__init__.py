"""Intervals and tests: what of a difference is luck."""
