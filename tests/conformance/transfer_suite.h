// What CatalogTransfer promises, and Copying with it, from every pair of stores to every other.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "conformance/household.h"

namespace tapedeck {

using MakePlace = std::function<std::unique_ptr<Place>()>;

struct TransferWay {
  std::string name;
  MakePlace from;
  MakePlace to;
};

class TransferSuite : public testing::TestWithParam<TransferWay> {
 protected:
  TransferSuite() : from_(GetParam().from()), to_(GetParam().to()) {}

  CopyCounts copy_all();

  std::unique_ptr<Place> from_;
  std::unique_ptr<Place> to_;
  Household house_{*from_};
};

}  // namespace tapedeck
