// SPDX-License-Identifier: Apache-2.0

/// What an image runs on, in normalised form: `linux/amd64`, `linux/arm64`, `linux/arm/v7`.
///
/// Normalisation and order of preference: containerd/platforms (`database.go`, `compare.go`).
package struct Platform: Hashable, Sendable {
    package let os: String
    package let architecture: String
    /// Nil where the architecture's plain form is meant (arm64 v8, amd64 v1).
    package let variant: String?

    /// Any spelling of the three parts: `aarch64` becomes `arm64`, `x86_64` `amd64`, `armhf` `arm` with `v7`.
    package init(os: String, architecture: String, variant: String? = nil) {
        let lowerOS = os.lowercased()
        self.os = lowerOS == "macos" ? "darwin" : lowerOS
        (self.architecture, self.variant) = Self.normalised(architecture.lowercased(), variant?.lowercased() ?? "")
    }

    /// Reads `os/arch` or `os/arch/variant`; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard text.utf8.count <= 64, (2...3).contains(parts.count), parts.allSatisfy(Self.isPart) else { return nil }
        self.init(
            os: String(parts[0]), architecture: String(parts[1]), variant: parts.count == 3 ? String(parts[2]) : nil)
    }

    /// True for the place-holder that attestations carry in an index.
    package var isUnknown: Bool { os == "unknown" || architecture == "unknown" }

    /// The platforms whose images run here, the best first.
    package var runnable: [Platform] {
        switch (architecture, variant) {
        case ("arm", let variant): Self.armVariants(from: variant).map { with("arm", $0) }
        case ("arm64", _): [self] + Self.armVariants(from: "v8").map { with("arm", $0) }
        case ("amd64", let variant?) where Self.level(variant).map { (2...9).contains($0) } == true:
            stride(from: Self.level(variant) ?? 1, through: 2, by: -1).map { with("amd64", "v\($0)") }
                + [with("amd64", nil), with("386", nil)]
        case ("amd64", _): [self, with("386", nil)]
        default: [self]
        }
    }

    /// True when an image made for `image` runs on this platform.
    package func runs(_ image: Platform) -> Bool { runnable.contains(image) }

    private func with(_ architecture: String, _ variant: String?) -> Platform {
        Platform(os: os, architecture: architecture, variant: variant)
    }

    private static func normalised(_ architecture: String, _ variant: String) -> (String, String?) {
        switch architecture {
        case "i386", "i486", "i586", "i686", "386": ("386", nil)
        case "x86_64", "x86-64", "amd64": ("amd64", variant.isEmpty || variant == "v1" ? nil : variant)
        case "aarch64", "arm64": ("arm64", ["", "8", "v8", "v8.0"].contains(variant) ? nil : variant)
        case "armhf": ("arm", "v7")
        case "armel": ("arm", "v6")
        case "armv7l", "armv7": ("arm", "v7")
        case "armv6l", "armv6": ("arm", "v6")
        case "arm": ("arm", variant.isEmpty ? "v7" : variant.first?.isNumber == true ? "v" + variant : variant)
        default: (architecture, variant.isEmpty ? nil : variant)
        }
    }

    private static func armVariants(from variant: String?) -> [String] {
        guard let variant, let level = level(variant), (5...8).contains(level) else {
            return variant.map { [$0] } ?? []
        }
        return stride(from: level, through: 5, by: -1).map { "v\($0)" }
    }

    private static func level(_ variant: String) -> Int? { variant.hasPrefix("v") ? Int(variant.dropFirst()) : nil }

    private static func isPart(_ part: Substring) -> Bool {
        !part.isEmpty
            && part.utf8.allSatisfy {
                $0.isAlphanumeric || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
            }
    }
}

extension Platform: CustomStringConvertible {
    package var description: String { "\(os)/\(architecture)" + (variant.map { "/" + $0 } ?? "") }
}
