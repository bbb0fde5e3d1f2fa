"""`python -m amp_fsm`, the same as `amp-fsm`."""

import sys


def start() -> int:
    """Run `amp-fsm`; `hook`, which agents call all the time, comes before anything is imported."""
    if sys.argv[1:2] == ["hook"] and not {"-h", "--help"} & set(sys.argv):
        from amp_fsm.world.hook import main as hook

        return hook(sys.argv[2:])
    from amp_fsm.world.collecting import spare_loading

    spare_loading()
    from amp_fsm.cli.main import main

    return main()


if __name__ == "__main__":
    sys.exit(start())
