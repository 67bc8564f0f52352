// SPDX-License-Identifier: Apache-2.0

/// The end of what a program wrote: enough to tell why it failed, however much it wrote.
struct StderrTail {
    private static let kept = 16 * 1024
    private var bytes: [UInt8] = []
    private var isCut = false

    mutating func append(_ piece: some Collection<UInt8>) {
        bytes += piece
        // Twice the size before it is cut, so that each byte is moved once.
        if bytes.count > 2 * Self.kept { cut() }
    }

    private mutating func cut() {
        guard bytes.count > Self.kept else { return }
        bytes.removeFirst(bytes.count - Self.kept)
        isCut = true
    }

    /// Replaces `secrets` by `***`; what is too short to be told from other text stays.
    mutating func hide(_ secrets: [[UInt8]]) {
        cut()
        let secrets = secrets.filter { $0.count >= 4 }.sorted { $0.count > $1.count }
        guard let longest = secrets.first else { return }
        // The cut may have gone through one.
        if isCut { bytes.removeFirst(min(longest.count, bytes.count)) }
        var shown: [UInt8] = []
        var rest = bytes[...]
        while let first = rest.first {
            if let secret = secrets.first(where: { $0[0] == first && rest.starts(with: $0) }) {
                shown += "***".utf8
                rest = rest.dropFirst(secret.count)
            } else {
                shown.append(first)
                rest = rest.dropFirst()
            }
        }
        bytes = shown
    }

    /// The last 16 KiB; bytes that are no UTF-8 become U+FFFD.
    var text: String { String(decoding: bytes.suffix(Self.kept), as: UTF8.self) }
}
