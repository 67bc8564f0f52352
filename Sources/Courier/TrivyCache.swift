// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import TrivyReport

/// Where Trivy keeps its vulnerability database.
enum TrivyCache {
    /// The folder, by Trivy's own rules: the option, then the variable, then the user's cache.
    static func folder(command: [String], environment: [String: String]) -> String? {
        for (index, argument) in command.enumerated() {
            if argument == "--cache-dir", index + 1 < command.count { return command[index + 1] }
            if argument.hasPrefix("--cache-dir=") { return String(argument.dropFirst("--cache-dir=".count)) }
        }
        if let folder = environment["TRIVY_CACHE_DIR"], !folder.isEmpty { return folder }
        if let folder = environment["XDG_CACHE_HOME"], !folder.isEmpty { return folder + "/trivy" }
        return environment["HOME"].map { $0 + "/.cache/trivy" }
    }

    /// The database in `folder`; nil when its age cannot be told.
    static func database(in folder: String?) -> ScanResult.Database? {
        guard let folder, let content = SmallFile.bytes(folder + "/db/metadata.json") else { return nil }
        var updated: String?
        var scanner = JSONScanner(content)
        do throws(JSONError) {
            try scanner.readObject { (key, scanner) throws(JSONError) in
                if key == "UpdatedAt" { updated = try scanner.readOptionalString() }
            }
        } catch {
            return nil
        }
        return updated.flatMap(Timestamp.init(rfc3339:)).map(ScanResult.Database.init(updatedTime:))
    }
}
