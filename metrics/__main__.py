"""`python -m metrics`: the figures without a browser."""

import sys

from metrics.command_line import main

if __name__ == "__main__":
    sys.exit(main())
