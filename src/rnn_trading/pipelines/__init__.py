"""One folder a pipeline: ``nodes.py`` holds pure functions, ``pipeline.py`` the wiring."""
