"""Naive rivals, by kind of data: what a forecast must beat before it deserves the word skill."""
