#include "main/tus_upload.h"

#include <gtest/gtest.h>

namespace tapedeck {

TEST(TusUploadTest, metadata_are_pairs_of_a_key_and_base_64) {
  UploadDescription description;
  description.client_id = "id";
  description.title = "Zürich, 2 × \"A\"";
  description.tags = {"walk", "rain"};
  description.file_name = "a.wav";
  EXPECT_EQ(upload_metadata(description),
            "clientId aWQ=,title WsO8cmljaCwgMiDDlyAiQSI=,tags d2FsayxyYWlu,filename YS53YXY=");
}

TEST(TusUploadTest, what_is_empty_is_not_sent) {
  EXPECT_EQ(upload_metadata({}), "");
  UploadDescription description;
  description.recorded_at = "2026-11-23T10:00:00.000Z";
  EXPECT_EQ(upload_metadata(description), "recordedAt MjAyNi0xMS0yM1QxMDowMDowMC4wMDBa");
}

}  // namespace tapedeck
