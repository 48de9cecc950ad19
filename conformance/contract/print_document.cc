// Prints CONTRACT.md.

#include <cstdio>

#include "conformance/contract/contract.h"

int main() { return std::fputs(proctor::ContractDocument().c_str(), stdout) < 0; }
