"""`python -m exports`: see `exports.command_line`."""

import gc
import os
import sys

from exports.command_line import main

if __name__ == "__main__":
    os.environ.setdefault("JICENG_THREADS", "1")  # two processes and a browser share the cores
    gc.disable()  # a run of seconds that ends: to look for what could be thrown away costs a tenth of it
    status = main()
    gc.freeze()  # nor is it looked for at the end
    sys.exit(status)
