#include "store/sqlite_check.h"

#include "store/sqlite_database.h"

namespace tapedeck {

std::vector<std::string> check_database(const std::string& path) {
  std::vector<std::string> damages;
  try {
    SqliteDatabase database({path, SqliteDatabase::Access::read_only, ""});
    auto check = database.query("PRAGMA quick_check(20)");
    while (check.step()) damages.push_back(check.text(0));
  } catch (const Error& error) {
    damages.emplace_back(error.what());
  }
  if (damages == std::vector<std::string>{"ok"}) damages.clear();
  return damages;
}

}  // namespace tapedeck
