// SPDX-License-Identifier: Apache-2.0

/// Why a scan came to no result.
package struct ScanFailure: Sendable, Hashable, Error {
    package var reason: Reason
    /// The one line that says most, for people.
    package var message: String
    /// nil when the scanner did not exit by itself.
    package var exitCode: Int32?
    package var signal: Int32?
    /// The end of what the scanner wrote to stderr, at most 2 KiB, control characters escaped.
    package var stderrTail: String
    package var usage: ScanUsage

    package init(
        reason: Reason, message: String, exitCode: Int32? = nil, signal: Int32? = nil, stderrTail: String = "",
        usage: ScanUsage = ScanUsage()
    ) {
        self.reason = reason
        self.message = message
        self.exitCode = exitCode
        self.signal = signal
        self.stderrTail = stderrTail
        self.usage = usage
    }

    package enum Reason: String, Sendable, Hashable, CaseIterable {
        case trivyMissing = "TrivyMissing"
        case trivyCrashed = "TrivyCrashed"
        case timedOut = "TimedOut"
        /// The courier was told to end before this unit was done.
        case interrupted = "Interrupted"
        case outOfMemory = "OutOfMemory"
        case imageNotFound = "ImageNotFound"
        case unauthorized = "Unauthorized"
        case rateLimited = "RateLimited"
        case registryUnreachable = "RegistryUnreachable"
        case databaseUnavailable = "DatabaseUnavailable"
        case reportUnreadable = "ReportUnreadable"
        case unknown = "Unknown"
    }
}

/// What came of one unit: an image to be scanned.
package enum UnitResult: Sendable, Hashable {
    case scanned(ScanResult)
    case failed(ScanFailure)
}
