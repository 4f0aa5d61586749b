"""The whole portal on servers of its own, made to be broken: for the tests of faults and for the benchmarks."""
