// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials

extension ImageWatchStatus {
    /// An object stays below 64 KiB; this leaves room for its spec and metadata of a usual size.
    static let byteLimit = 40 * 1024

    /// Of so many images that are not listed something is remembered.
    static let omittedLimit = 1_000

    /// Drops what matters least until the status fits: messages and counts of reasons, workloads beyond the third, then
    /// candidates that do not count yet, then whole images from the end, which are those that are up to date. What is dropped
    /// is computed again in each pass; since when a candidate is known starts anew, and of whole images a fingerprint of what
    /// was newest is kept, so that channels hear of what is newer still.
    mutating func fit() {
        let steps: [(inout Image) -> Void] = [
            { image in
                image.rejected = [:]
                image.lastError?.message = ""
            },
            { image in image.usedBy = Array(image.usedBy.prefix(3)) },
            { image in image.usedBy = [] },
            { image in image.candidates = [] },
        ]
        var frame = self
        frame.images = []
        var sizes = images.map(\.size)
        // With the member's name where `frame` has none.
        var size = sizes.reduce(frame.json.canonicalBytes.count + #","images":[]"#.utf8.count, +)
        for step in steps where size > Self.byteLimit {
            for index in images.indices {
                let before = images[index]
                step(&images[index])
                if images[index] == before { continue }
                size -= sizes[index]
                sizes[index] = images[index].size
                size += sizes[index]
            }
        }
        while size > Self.byteLimit, let last = images.popLast() {
            size -= sizes.removeLast()
            counts.omitted += 1
            guard last.outdated != nil, let latest = last.latest, omitted.count < Self.omittedLimit else { continue }
            // Eight bytes, in base64.
            if omitted.updateValue(latest.code, forKey: last.code) == nil { size += 11 }
        }
    }
}

extension ImageWatchStatus.Image {
    /// What it takes in a list, in bytes.
    fileprivate var size: Int { json.canonicalBytes.count + 1 }
}
