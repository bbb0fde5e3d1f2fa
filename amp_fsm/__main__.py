"""`python -m amp_fsm`, the same as `amp-fsm`."""

import sys

from amp_fsm.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
