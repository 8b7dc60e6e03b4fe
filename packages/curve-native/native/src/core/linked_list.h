// A list whose items bring their own links: joining and leaving take no memory and no search, and an item that ends has
// left.
#pragma once

#include <utility>

namespace curve {

template <class Item>
class LinkedList {
 public:
  // Items derive from this.
  class Link {
   public:
    Link() = default;
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;
    ~Link() { leave(); }
    void leave() {
      if (!next_) return;
      previous_->next_ = next_;
      next_->previous_ = previous_;
      previous_ = next_ = nullptr;
    }
    bool isIn() const { return next_ != nullptr; }

   private:
    friend class LinkedList;
    void join(Link& next) {
      leave();
      previous_ = next.previous_;
      next_ = &next;
      previous_->next_ = next.previous_ = this;
    }
    Link* previous_ = nullptr;
    Link* next_ = nullptr;
  };

  LinkedList() { ends_.previous_ = ends_.next_ = &ends_; }
  ~LinkedList() {
    while (!empty()) front().leave();
  }

  bool empty() const { return ends_.next_ == &ends_; }
  Item& front() { return static_cast<Item&>(*ends_.next_); }
  // `visit` must leave the list as it is.
  template <class Visit>
  void each(Visit visit) {
    for (Link* link = ends_.next_; link != &ends_; link = link->next_) visit(static_cast<Item&>(*link));
  }
  void pushFront(Item& item) { static_cast<Link&>(item).join(*ends_.next_); }
  void pushBack(Item& item) { static_cast<Link&>(item).join(ends_); }

 private:
  // Before the first and behind the last.
  Link ends_;
};

}  // namespace curve
