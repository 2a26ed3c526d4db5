#include "core/sniff.h"

#include <vector>

#include <gtest/gtest.h>

namespace tapedeck {
namespace {

using namespace std::string_literals;

TEST(SniffTest, KnowsTheContainersThatPlayersKnow) {
  // 128 kbit/s, 44.1 kHz, layer III: 417 bytes, and then the next one.
  auto frame = "\xFF\xFB\x90\x00"s;
  auto frames = frame + std::string(413, 0) + frame;
  auto voice = "\xFF\xF3\x48\xC4"s;  // version 2: 32 kbit/s, 24 kHz: 96 bytes
  struct Case {
    std::string bytes;
    std::string type;
  };
  for (const auto& [bytes, type] : std::vector<Case>{
           {"RIFF\x24\x08\0\0WAVEfmt "s, "audio/wav"},
           {"RF64\xff\xff\xff\xffWAVEds64"s, "audio/wav"},
           {"BW64\xff\xff\xff\xffWAVEds64"s, "audio/wav"},
           {"riff\x2E\x91\xCF\x11\xA5\xD6\x28\xDB\x04\xC1\0\0"s + std::string(8, 0) +
                "wave\xF3\xAC\xD3\x11\x8C\xD1\0\xC0\x4F\x8E\xDB\x8A"s,
            "audio/wav"},
           {"OggS\0\2"s + std::string(22, 0) + "\1\x13OpusHead", "audio/ogg"},
           {"OggS\0\2"s + std::string(22, 0) + "\1\x1E\1vorbis", "audio/ogg"},
           {"\x1A\x45\xDF\xA3\x9F\x42\x86\x81\x01"s, "audio/webm"},
           {"\0\0\0\x20"s + "ftypM4A \0\0\0\0"s, "audio/mp4"},
           {"\0\0\0\x18"s + "ftypmp42\0\0\0\0"s, "audio/mp4"},
           {"\0\0\0\x14"s + "ftypqt  \0\0\0\0"s, "audio/mp4"},
           {"\0\0\0\x18"s + "ftyp3gp4\0\0\0\0"s, "audio/3gpp"},
           {"\0\0\0\x18"s + "ftyp3g2a\0\0\0\0"s, "audio/3gpp"},
           {"ID3\3\0\0\0\0\0\0"s, "audio/mpeg"},
           {frames, "audio/mpeg"},
           {frame, "audio/mpeg"},
           {voice + std::string(92, 0) + voice, "audio/mpeg"},
           {"fLaC\0\0\0\x22"s, "audio/flac"},
           {"\xFF\xF1\x50\x80\x02\x1F\xFC"s, "audio/aac"},
           {"\xFF\xF9\x50\x80\x02\x1F\xFC"s, "audio/aac"},
           {"#!AMR\n\x3C"s, "audio/amr"},
           {"#!AMR-WB\n\x44"s, "audio/amr"},
           {"caff\0\1\0\0desc"s, "audio/x-caf"},
           {"FORM\0\0\1\0AIFFCOMM"s, "audio/aiff"},
           {"FORM\0\0\1\0AIFCFVER"s, "audio/aiff"},
       }) {
    EXPECT_EQ(sniff_audio(bytes), type) << bytes;
  }
}

TEST(SniffTest, DoesNotTakeOtherThingsForAudio) {
  for (const auto& bytes : std::vector<std::string>{"",
                                                    "R",
                                                    "RIFF",
                                                    "RIFF\0\0\0\0AVI LIST"s,
                                                    "RIFFWAVE",
                                                    "FORM\0\0\0\0ILBM"s,
                                                    "<!DOCTYPE html>",
                                                    "\xFF\xD8\xFF\xE0"s,
                                                    "\x89PNG\r\n\x1A\n"s,
                                                    "%PDF-1.7",
                                                    "PK\3\4"s,
                                                    "\xFF\xFF\xFF\xFF"s,
                                                    "\xFF\xFE\x3C\0\x68\0"s,
                                                    "\xFF"s,
                                                    "\xFF\xFB"s,
                                                    "\xFF\xFB\x90\x00"s + std::string(500, 'x'),
                                                    "\xFF\xF1\xFF\xFF\xFF\xFF\xFF"s,
                                                    "#!AMR",
                                                    "#!/bin/sh\n",
                                                    "caff",
                                                    "\0\0\0\x20"s + "ftyp",
                                                    "moov",
                                                    "fLa",
                                                    "Ogg",
                                                    std::string(4096, '\0'),
                                                    std::string(4096, '\xFF')}) {
    EXPECT_EQ(sniff_audio(bytes), "") << bytes;
  }
}

TEST(SniffTest, AnyCutIsReadSafely) {
  auto frames = "\xFF\xFB\x90\x00"s + std::string(413, 0) + "\xFF\xFB\x90\x00"s;
  for (std::size_t i = 4; i <= frames.size(); ++i) {
    EXPECT_EQ(sniff_audio(frames.substr(0, i)), "audio/mpeg") << i;
  }
}

}  // namespace
}  // namespace tapedeck
