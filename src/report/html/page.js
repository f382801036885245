/* page.js - sorts the tables and filters the findings. The report is whole without it. */
(function () {
  'use strict';
  var $ = function (selector, root) {
    return Array.prototype.slice.call((root || document).querySelectorAll(selector));
  };

  /* A click on a column's head sorts by it; a second one turns the order round. */
  function value(row, column) {
    var cell = row.cells[column];
    var given = cell.getAttribute('data-v');
    return given !== null ? parseFloat(given) : cell.textContent.trim().toLowerCase();
  }

  function compare(a, b) {
    if (typeof a === 'number' && typeof b === 'number') return a - b;
    return String(a).localeCompare(String(b), 'en', { numeric: true });
  }

  function sort(table, head, column) {
    var up = head.getAttribute('aria-sort') === 'descending' ||
      (!head.hasAttribute('aria-sort') && !head.classList.contains('num'));
    var body = table.tBodies[0];
    var rows = $('tr', body).filter(function (row) { return !row.classList.contains('last'); });
    var order = rows.map(function (row, i) { return { row: row, key: value(row, column), i: i }; });
    order.sort(function (x, y) { return (up ? 1 : -1) * compare(x.key, y.key) || x.i - y.i; });
    $('th[aria-sort]', table).forEach(function (other) { other.removeAttribute('aria-sort'); });
    head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
    var rest = $('tr.last', body);
    order.forEach(function (o) { body.appendChild(o.row); });
    rest.forEach(function (row) { body.appendChild(row); });
  }

  $('table.sorts').forEach(function (table) {
    $('thead th', table).forEach(function (head, column) {
      if (!head.textContent.trim() || head.classList.contains('plain')) return;
      var button = document.createElement('button');
      button.type = 'button';
      while (head.firstChild) button.appendChild(head.firstChild);
      head.appendChild(button);
      button.addEventListener('click', function () { sort(table, head, column); });
    });
  });

  /* The filter: every word must occur, in the rule or in the finding. */
  var form = document.getElementById('filter');
  var rules = $('article.rule');
  if (form && rules.length) {
    var query = document.getElementById('q');
    var shown = document.getElementById('shown');
    var boxes = $('input[type=checkbox]', form);
    var text = function (element) { return element.textContent.toLowerCase(); };
    var parts = rules.map(function (rule) {
      return {
        rule: rule,
        severity: rule.getAttribute('data-s'),
        head: text(rule.querySelector('header')) + ' ' + text(rule.querySelector('.about')),
        line: document.getElementById('o-' + rule.id),
        rows: $('.rows tbody tr:not(.last), .case', rule).map(function (row) {
          /* where there is no table, all findings are drawn */
          return { row: row, text: text(row), counts: row.tagName === 'TR' || !rule.querySelector('.rows') };
        })
      };
    });
    var apply = function () {
      var words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
      var allowed = boxes.filter(function (b) { return b.checked; }).map(function (b) { return b.value; });
      var nRules = 0, nRows = 0, allRows = 0;
      var has = function (where) {
        return words.every(function (word) { return where.indexOf(word) >= 0; });
      };
      parts.forEach(function (part) {
        var ok = allowed.indexOf(part.severity) >= 0;
        var whole = has(part.head), some = false;
        part.rows.forEach(function (r) {
          var keep = ok && (whole || has(part.head + ' ' + r.text));
          r.row.hidden = !keep;
          some = some || keep;
          if (r.counts) { allRows++; nRows += keep ? 1 : 0; }
        });
        var keepRule = ok && (whole || some);
        part.rule.hidden = !keepRule;
        if (part.line) part.line.hidden = !keepRule;
        nRules += keepRule ? 1 : 0;
      });
      shown.textContent = nRules + ' of ' + parts.length + (parts.length === 1 ? ' rule, ' : ' rules, ') +
        nRows + ' of ' + allRows + ' listed findings';
    };
    var timer = 0;
    query.addEventListener('input', function () {
      clearTimeout(timer);
      timer = setTimeout(apply, 120);
    });
    boxes.forEach(function (box) { box.addEventListener('change', apply); });
    form.addEventListener('submit', function (event) { event.preventDefault(); apply(); });
    document.addEventListener('keydown', function (event) {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
      if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
      event.preventDefault();
      query.focus();
    });
    form.hidden = false;
    apply();
  }

  /* What is folded up is unfolded where a link leads into it, and for paper. */
  function unfold() {
    var target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    for (var e = target; e; e = e.parentElement) if (e.tagName === 'DETAILS') e.open = true;
  }
  window.addEventListener('hashchange', unfold);
  unfold();
  var folded = [];
  window.addEventListener('beforeprint', function () {
    folded = $('details:not([open])');
    folded.forEach(function (d) { d.open = true; });
  });
  window.addEventListener('afterprint', function () {
    folded.forEach(function (d) { d.open = false; });
  });

  /* Which section is being read. */
  if ('IntersectionObserver' in window) {
    var links = {};
    $('.side nav a').forEach(function (a) { links[a.getAttribute('href').slice(1)] = a; });
    var watch = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) {
        if (!entry.isIntersecting) return;
        Object.keys(links).forEach(function (id) { links[id].removeAttribute('aria-current'); });
        links[entry.target.id].setAttribute('aria-current', 'true');
      });
    }, { rootMargin: '-10% 0px -80% 0px' });
    Object.keys(links).forEach(function (id) {
      var section = document.getElementById(id);
      if (section) watch.observe(section);
    });
  }
})();
