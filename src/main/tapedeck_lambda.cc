// The bootstrap of the Lambda function. Everything else is in lambda_function.cc and below.
#include "main/lambda_function.h"

int main() {
  return tapedeck::lambda::run_function();
}
