"""Canonical tables from outside: prices, an index, reviews; checks whose errors name file, column and row."""
