"""Files of the configuration: where they lie, what is wrong in them, and which of their names are read."""
