// From a data folder to another one.
#include "conformance/transfer_suite.h"

namespace tapedeck {

INSTANTIATE_TEST_SUITE_P(Local, TransferSuite,
                         testing::Values(TransferWay{
                             "LocalToLocal", [] { return std::make_unique<LocalPlace>(); },
                             [] { return std::make_unique<LocalPlace>(); }}),
                         [](const auto& way) { return way.param.name; });

}  // namespace tapedeck
