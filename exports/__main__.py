"""`python -m exports`: see `exports.command_line`."""

import gc
import sys

from exports.command_line import main

if __name__ == "__main__":
    gc.disable()  # a run of seconds that ends: to look for what could be thrown away costs a tenth of it
    status = main()
    gc.freeze()  # nor is it looked for at the end
    sys.exit(status)
