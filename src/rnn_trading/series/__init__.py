"""One series, or several: forms, scaling, transformations, the calendar of months."""
