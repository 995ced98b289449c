"""The application that a server or the ``flask`` command loads."""

import gc
import os
import sys

from config import Config
from training.app import create_app

sys.setswitchinterval(0.0005)  # more threads answer sooner when one of them computes
app = create_app(Config.from_env(os.environ))
gc.collect()
gc.freeze()  # what is loaded stays: a full collection in the midst of a request need not walk through it all
