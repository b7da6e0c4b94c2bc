"""Linear algebra with one thread, set before NumPy is loaded.

The matrices of this room are small: OpenBLAS splits them among all cores all the same, and its threads then wait for
each other by turning round. On two cores with something else to do, a product of 0.1 ms took 50 ms of both. One thread
also adds in one order, whatever the machine. Who sets the variable is left alone.
"""

import os

VARIABLE = "OPENBLAS_NUM_THREADS"
os.environ.setdefault(VARIABLE, "1")
