"""One thread at a time draws or saves a figure.

The style of matplotlib is one for the whole process, and parts of a figure take theirs only when it is saved: of two
threads that draw at once, one would have the style of the other.
"""

import threading

# A thread that holds it may take it again.
MATPLOTLIB = threading.RLock()
