"""Where runs write, who writes there now, and what the files there were made from."""
