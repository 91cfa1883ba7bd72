"""One folder a pipeline: ``pipeline.py`` holds its wiring, other modules the nodes that no other pipeline has."""
