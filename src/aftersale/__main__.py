"""Run the command as `python -m aftersale`."""

from aftersale.cli import main

if __name__ == "__main__":
    main()
