// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc

/// Why no scratch folder could be made.
struct ScratchFolderError: Error {
    var message: String
}

/// A folder for one scan, the scanner's `TMPDIR` too: what a scanner that was killed leaves behind must not fill the disk
/// before the next image.
struct ScratchFolder {
    let path: String

    init(in parent: String) throws(ScratchFolderError) {
        var template = Array("\(parent)/watchbill-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw ScratchFolderError(
                message:
                    "no scratch folder can be made in '\(parent)': \(systemMessage(errno)); mount a writable one and set TMPDIR"
            )
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// False when that is not possible.
    static func write(_ text: String, to path: String) -> Bool {
        guard let file = fopen(path, "w") else { return false }
        let bytes = Array(text.utf8)
        let written = fwrite(bytes, 1, bytes.count, file)
        return fclose(file) == 0 && written == bytes.count
    }

    /// With all that is in it. What resists stays for the next one who cleans up: the Pod's end.
    func remove() {
        do { try FileManager.default.removeItem(atPath: path) } catch { return }
    }
}
