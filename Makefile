# Two words for newcomers, and one for those who install.
.PHONY: demo test build
.DEFAULT_GOAL := demo

# Start Fairhold on this machine, with everything it needs.
demo:
	@scripts/demo.sh

# Check everything that CI checks.
test:
	@scripts/test.sh

# Build the program for installing.
build:
	@scripts/build.sh
