#!/bin/sh
# Every kind of device that this machine has; tests/vmtest/run has more.
exec tests/matrix/run --present
