"""Annual reports: their index, items, sentences, splits, and the return that follows."""
