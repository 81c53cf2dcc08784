"""Hold the words of after-sales and their laws: money, time, facts, errors. Plain Python, no I/O."""
