"""``python -m lenet_lib.cli`` is ``lenet``."""

from lenet_lib.cli import main

if __name__ == "__main__":
    main()
