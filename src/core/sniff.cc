#include "core/sniff.h"

#include <array>
#include <cstdint>

namespace tapedeck {

namespace {

using namespace std::string_view_literals;

bool has_at(std::string_view bytes, std::size_t at, std::string_view magic) {
  return bytes.size() >= at && bytes.substr(at).starts_with(magic);
}

struct Magic {
  std::size_t at;
  std::string_view bytes;
  std::string_view type;
};
constexpr std::array magics{
    Magic{0, "OggS"sv, "audio/ogg"},
    Magic{0, "\x1A\x45\xDF\xA3"sv, "audio/webm"},  // EBML: WebM and Matroska
    Magic{0, "fLaC"sv, "audio/flac"},
    Magic{0, "ID3"sv, "audio/mpeg"},
    Magic{0, "#!AMR\n"sv, "audio/amr"},
    Magic{0, "#!AMR-WB\n"sv, "audio/amr"},
    Magic{0, "#!AMR_MC1.0\n"sv, "audio/amr"},
    Magic{0, "#!AMR-WB_MC1.0\n"sv, "audio/amr"},
    Magic{0, "caff\0\1"sv, "audio/x-caf"},
};

/// RIFF, RF64 and BW64 say WAVE after their size; Sony's W64 has two 16-byte GUIDs.
bool is_wav(std::string_view bytes) {
  for (auto riff : {"RIFF"sv, "RF64"sv, "BW64"sv}) {
    if (has_at(bytes, 0, riff) && has_at(bytes, 8, "WAVE")) return true;
  }
  return has_at(bytes, 0, "riff\x2E\x91\xCF\x11"sv) && has_at(bytes, 24, "wave\xF3\xAC\xD3\x11"sv);
}

bool is_aiff(std::string_view bytes) {
  return has_at(bytes, 0, "FORM") && (has_at(bytes, 8, "AIFF") || has_at(bytes, 8, "AIFC"));
}

/// ISO 14496-12: the first box is `ftyp`, and its major brand says which family it is.
std::string_view iso_type(std::string_view bytes) {
  if (!has_at(bytes, 4, "ftyp") || bytes.size() < 12) return "";
  auto brand = bytes.substr(8, 4);
  return brand.starts_with("3g") ? "audio/3gpp" : "audio/mp4";
}

unsigned at(std::string_view bytes, std::size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}

/// ISO 13818-7: twelve sync bits, layer 0, then a sampling frequency that exists.
bool is_adts(std::string_view bytes) {
  if (bytes.size() < 7 || at(bytes, 0) != 0xFF || (at(bytes, 1) & 0xF6) != 0xF0) return false;
  auto frequency = at(bytes, 2) >> 2 & 0x0F;
  auto frame_bytes = (at(bytes, 3) & 3) << 11 | at(bytes, 4) << 3 | at(bytes, 5) >> 5;
  return frequency < 13 && frame_bytes >= 7;
}

/// The length of the MPEG audio frame (ISO 11172-3) that these bytes begin; 0 when they begin none.
std::size_t mpeg_frame_bytes(std::string_view bytes) {
  if (bytes.size() < 4 || at(bytes, 0) != 0xFF || (at(bytes, 1) & 0xE0) != 0xE0) return 0;
  auto version = at(bytes, 1) >> 3 & 3;  // 0: 2.5, 2: 2, 3: 1
  auto layer = at(bytes, 1) >> 1 & 3;    // 1: III, 2: II, 3: I
  auto rate = at(bytes, 2) >> 4;
  auto frequency = at(bytes, 2) >> 2 & 3;
  auto padding = at(bytes, 2) >> 1 & 1;
  if (version == 1 || layer == 0 || rate == 0 || rate == 15 || frequency == 3) return 0;

  // kbit/s: version 1 layers I, II, III; versions 2 and 2.5 layer I, layers II and III.
  constexpr std::uint16_t rates[5][15] = {
      {0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
      {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
      {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
      {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
      {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
  };
  constexpr unsigned frequencies[3] = {44'100, 48'000, 32'000};
  auto first = version == 3;
  auto row = first ? 3 - layer : layer == 3 ? 3u : 4u;
  auto bits = rates[row][rate] * 1000u;
  auto hertz = frequencies[frequency] / (first ? 1 : version == 2 ? 2 : 4);
  if (layer == 3) return (12 * bits / hertz + padding) * 4;
  auto samples_by_8 = layer == 1 && !first ? 72u : 144u;
  return samples_by_8 * bits / hertz + padding;
}

/// Eleven sync bits alone are in any file; a second frame must follow where the first one ends, as
/// far as the bytes reach.
bool is_mpeg_audio(std::string_view bytes) {
  auto length = mpeg_frame_bytes(bytes);
  if (length == 0) return false;
  return bytes.size() < length + 4 || mpeg_frame_bytes(bytes.substr(length)) > 0;
}

}  // namespace

std::string sniff_audio(std::string_view first_bytes) {
  for (const auto& magic : magics) {
    if (has_at(first_bytes, magic.at, magic.bytes)) return std::string(magic.type);
  }
  if (is_wav(first_bytes)) return "audio/wav";
  if (is_aiff(first_bytes)) return "audio/aiff";
  if (auto type = iso_type(first_bytes); !type.empty()) return std::string(type);
  if (is_adts(first_bytes)) return "audio/aac";
  if (is_mpeg_audio(first_bytes)) return "audio/mpeg";
  return "";
}

std::string_view audio_extension(std::string_view sniffed_type) {
  struct Known {
    std::string_view type;
    std::string_view extension;
  };
  constexpr std::array known{
      Known{"audio/wav", "wav"},   Known{"audio/ogg", "ogg"},   Known{"audio/webm", "webm"},
      Known{"audio/mp4", "m4a"},   Known{"audio/mpeg", "mp3"},  Known{"audio/flac", "flac"},
      Known{"audio/aac", "aac"},   Known{"audio/amr", "amr"},   Known{"audio/3gpp", "3gp"},
      Known{"audio/x-caf", "caf"}, Known{"audio/aiff", "aiff"},
  };
  for (const auto& [type, extension] : known) {
    if (type == sniffed_type) return extension;
  }
  return "bin";
}

}  // namespace tapedeck
