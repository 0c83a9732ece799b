"""The report's own command: ``python run.py`` is ``lenet run``, with the same options.

$ python run.py
…
MNIST, recipe fast, seed 0
Test Loss:  …,  Test Acc: …%   (95% interval …)
Precision, Recall and F1-Score...
…
Confusion Matrix...
…
"""

import sys

from lenet_lib.cli import main

if __name__ == "__main__":
    sys.argv.insert(1, "run")
    main()
