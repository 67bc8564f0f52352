// SPDX-License-Identifier: Apache-2.0
import Glibc
import OCIModel
import TrivyReport

/// The pull secrets that the kubelet has mounted, one folder each; one that does not exist is not there.
///
/// Nothing of them is ever printed, beside the names of those that are of no use.
struct PullSecrets {
    private(set) var credentials = PullCredentials()
    /// Names of those that hold no Docker configuration.
    private(set) var unreadable: [String] = []
    private(set) var count = 0

    /// The files of a secret's folder.
    private static let files: [(name: String, form: PullCredentials.Form)] = [
        ("config.json", .dockerConfigJSON), ("dockercfg", .dockercfg),
    ]

    /// Reads `FOLDER/SECRET/config.json` and `FOLDER/SECRET/dockercfg`, in the order of the secrets' names.
    init(in folder: String) {
        // What begins with two dots is the kubelet's own.
        for name in Folder.names(in: folder).sorted() where !name.hasPrefix("..") {
            count += 1
            if !add("\(folder)/\(name)") { unreadable.append(FailureSigns.escaped(name)) }
        }
    }

    /// False when there is nothing that could be used.
    private mutating func add(_ secret: String) -> Bool {
        var isReadable = false
        for file in Self.files {
            guard let content = SmallFile.bytes("\(secret)/\(file.name)", upTo: PullCredentials.maximumBytes + 1) else {
                continue
            }
            do throws(PullCredentials.Problem) {
                try credentials.add(content, file.form)
                isReadable = true
            } catch {
                continue
            }
        }
        return isReadable
    }
}

/// What is in a folder.
enum Folder {
    /// Empty when it cannot be read.
    static func names(in path: String) -> [String] {
        guard let handle = opendir(path) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
