"""HTML pages that need nothing but a browser: one for each experiment, and the report of all."""
